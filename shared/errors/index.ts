export { AppError, type AppErrorOptions, toAppError } from './app-error.ts';
export { ERROR_CODES, type ErrorCode } from './codes.ts';
