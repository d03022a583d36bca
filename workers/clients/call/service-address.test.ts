import { describe, expect, it } from 'vitest';
import { createQdrantStore, createRerankClient } from '../index.ts';
import { serviceAddress } from './service-address.ts';

describe('serviceAddress', () => {
  it.each(['http://127.0.0.1:6333', 'https://qdrant.example/path', 'http://[::1]:6333'])(
    'takes %s',
    (text) => {
      expect(serviceAddress(text, 'a Qdrant', '--qdrant').href).toBe(new URL(text).href);
    },
  );

  it.each([
    ['localhost:6333', 'http://localhost:6333'],
    ['qdrant.example', 'http://qdrant.example'],
    ['ftp://qdrant.example', 'http://qdrant.example'],
    ['', 'http://localhost'],
    ['http://', 'http://localhost'],
    ['[::1]:6333', 'http://[::1]:6333'],
  ])('refuses "%s" and proposes %s', (text, proposal) => {
    expect(() => serviceAddress(text, 'a Qdrant', '--qdrant')).toThrowError(
      expect.objectContaining({
        code: 'config_invalid',
        message: `"${text}" is not an address of a Qdrant`,
        hint: expect.stringContaining(proposal),
      }),
    );
  });

  it('is asked by every client, before anything is sent', () => {
    const refusal = expect.objectContaining({ code: 'config_invalid' });
    expect(() => createQdrantStore({ url: 'localhost:6333' })).toThrowError(refusal);
    expect(() => createRerankClient({ url: 'localhost:8788' })).toThrowError(refusal);
  });
});
