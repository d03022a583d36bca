export { type AssemblySource, buildAssembly, compileAssembly } from './compile-assembly.ts';
