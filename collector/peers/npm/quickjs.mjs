
// QuickJS-ng, of the packages quickjs-emscripten-core and @jitl/quickjs-ng-wasmfile-release-sync.
// Its command line is the text of the adapter, javascript.js, which asks for what is defined here.
//
// The package does not export JS_RunGC. QuickJS collects when it makes an object and has allocated
// more than a threshold, which is a word of its runtime: 256 KiB at first. So that word is found in
// the guest's memory. With 0 it collects at the next object, with NEVER at none.

const NEVER = 0x7fffffff;
const FIRST_THRESHOLD = 256 * 1024;
const RUNTIME_WORDS = 64;  // Where the threshold is looked for.

const {newQuickJSWASMModuleFromVariant} = await load('quickjs-emscripten-core/dist/index.mjs');
const variant = (await load(`${packageName}/dist/index.mjs`)).default;
const readme = fs.readFileSync(path.resolve(modules, packageName, 'README.md'), 'utf8');
const version = /Version \[v([\d.]+)\]/.exec(readme)?.[1] ?? 'unknown';

let guest;  // The emscripten module, for its memory.
const quickjs = await newQuickJSWASMModuleFromVariant({
  ...variant,
  async importModuleLoader() {
    const loaded = await variant.importModuleLoader();
    const make = loaded.default ?? loaded;
    return async (...options) => guest = await make(...options);
  },
});
const runtime = quickjs.newRuntime();

const memory = () => new Int32Array(guest.HEAPU8.buffer);  // Another one whenever it has grown.
const firstWord = runtime.rt.value >> 2;
const found = [...memory().subarray(firstWord, firstWord + RUNTIME_WORDS).keys()]
    .filter((k) => memory()[firstWord + k] === FIRST_THRESHOLD);
if (found.length !== 1) fail(`the threshold of QuickJS is not where it was: ${found}`);
const setThreshold = (bytes) => { memory()[firstWord + found[0]] = bytes; };
setThreshold(NEVER);

const input = Buffer.alloc(65536);
let text = '', lines = [];
function readLine() {
  while (lines.length === 0) {
    lines = (text + input.toString('latin1', 0, read(input))).split('\n');
    text = lines.pop();
  }
  return lines.shift();
}

const context = runtime.newContext();
function define(name, call) {
  context.newFunction(name, call).consume((f) => context.setProp(context.global, name, f));
}
function run(source, name) {
  const result = context.evalCode(source, name);
  if (result.error) fail(JSON.stringify(context.dump(result.error)));
  result.value.dispose();
}
define('read', () => context.newString(readLine()));
define('write', (data) => write(1, Buffer.from(context.getString(data))));
define('setThreshold', (bytes) => setThreshold(context.getNumber(bytes)));
run(words.join(''), 'javascript.js');
run(`serve({
  name: 'quickjs-ng ${version}',
  read, write,
  collect() { setThreshold(0); ({}); setThreshold(${NEVER}); },
  turn: () => Promise.resolve(),
}).catch((error) => write('error ' + error + '\\n'))`, 'main.js');
for (;;) {
  const jobs = runtime.executePendingJobs();
  if (jobs.error) fail(JSON.stringify(jobs.error.context.dump(jobs.error)));
  if (jobs.value === 0) fail('nothing is left to do');
}
