
// Ruby, of the packages @ruby/4.0-wasm-wasi and its like, which need @ruby/wasm-wasi. Its command
// line is `OPTION... -e CODE`. The package's start executes no code, and wants some.

import {WASI} from 'node:wasi';

const {RubyVM} = await load('@ruby/wasm-wasi/dist/esm/vm.js');
const file = path.resolve(modules, packageName, 'dist/ruby.wasm');
const module = await WebAssembly.compile(fs.readFileSync(file));
const args = ['ruby', ...words.slice(0, -2), '-EUTF-8', '-e_=0'];
const wasi = new WASI({version: 'preview1', env: process.env, returnOnExit: false});
const wasip1 = {wasiImport: wasi.wasiImport, initialize: (instance) => wasi.initialize(instance)};
const {vm} = await RubyVM.instantiateModule({module, wasip1, args});
try {
  vm.eval(words.at(-1));
} catch (error) {
  fail(error);
}
process.exit(0);
