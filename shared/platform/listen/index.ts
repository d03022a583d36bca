export { cannotListen, type Listening, listen } from './listen.ts';
export { type ListenAddress, ownHosts, resolveListenAddress } from './listen-address.ts';
