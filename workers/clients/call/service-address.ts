import { AppError } from '../../../shared/errors/index.ts';

/**
 * The address of a service.
 *
 * @param service its name in the message.
 * @param setting where the address comes from, for the hint.
 * @throws AppError `config_invalid` for what is not an http or https address.
 */
export function serviceAddress(text: string, service: string, setting: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new AppError('config_invalid', `"${text}" is not an address of ${service}`, {
    hint: `${setting}: write it with its scheme, such as http://${text.replace(/^.*:\/\//, '') || 'localhost'}`,
  });
}
