export { type AssemblyFolder, type AssemblySource, buildAssembly, loadAssembly } from './compile-assembly.ts';
