export { type AssemblyFolder, type AssemblySource, buildAssembly, compileAssembly } from './compile-assembly.ts';
