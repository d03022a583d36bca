export { type AssemblySource, compileAssembly } from './compile-assembly.ts';
