
// PHP, of the packages @php-wasm/node-8-5 and its like, which need @php-wasm/universal. Not of
// @php-wasm/node, which would do what is done here, and depends on every PHP: 467 MB.
//
// The package's own streams are asynchronous: what the guest writes arrives when it has ended. So
// its hooks are replaced.

const {PHP, loadPHPRuntime, __private__dont__use} = await load('@php-wasm/universal/index.js');
const {getPHPLoaderModule} = await load(`${packageName}/index.js`);

const input = Buffer.alloc(65536);
let begin = 0, end = 0;
let lineIsOver = false;

// The next byte. A read goes on until there is none, so it is told so after each line.
function stdin() {
  if (lineIsOver) {
    lineIsOver = false;
    return null;
  }
  if (begin === end) {
    begin = 0;
    end = read(input);
  }
  lineIsOver = input[begin] === 10;
  return input[begin++];
}

const php = new PHP(await loadPHPRuntime(await getPHPLoaderModule(), {processId: 1, stdin}));
for (const [fd, hook] of [[1, 'onStdout'], [2, 'onStderr']]) {
  // Later assignments, the package's, have no effect.
  const hooked = {get: () => (bytes) => write(fd, bytes), set() {}};
  Object.defineProperty(php[__private__dont__use], hook, hooked);
}
const {exitCode} = await php.cli(['php', ...words], {env: process.env});
process.exit(await exitCode);
