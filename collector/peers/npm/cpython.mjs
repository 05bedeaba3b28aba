
// CPython, of the package pyodide. Its command line is `OPTION... -c CODE ARGUMENT...`; options have
// no effect.
//
// A start takes seconds. So the memory of an interpreter that has started is written to a file in
// the package's folder, once, and later ones begin with that. Another version of node has other
// functions in the tables that it refers to, and the setting of the allocator is in it: so each has
// a file of its own. Other variables that set up an interpreter have no effect.

// The package asks node's own stream for its number, which would make a socket non-blocking: then
// each read that has to wait sleeps for 100 ms.
Object.defineProperty(process, 'stdin', {value: {fd: 0}});
const {loadPyodide} = await load(`${packageName}/pyodide.mjs`);

async function start() {
  const allocator = process.env.PYTHONMALLOC ?? '';
  if (!/^\w*$/.test(allocator)) fail(`PYTHONMALLOC: no allocator "${allocator}"`);
  const env = allocator ? {PYTHONMALLOC: allocator} : {};
  const file = path.resolve(modules, packageName, `start-${process.version}${allocator}.snapshot`);
  if (!fs.existsSync(file)) {
    const fresh = await loadPyodide({env, _makeSnapshot: true});
    const part = `${file}.${process.pid}`;
    try {
      fs.writeFileSync(part, fresh.makeMemorySnapshot());
      fs.renameSync(part, file);  // Several hosts may do this at once.
    } catch {
      fs.rmSync(part, {force: true});
      return loadPyodide({env});  // No place to write: the next start is as slow.
    }
  }
  return loadPyodide({env, _loadSnapshot: fs.readFileSync(file)});
}

const python = await start();
python.setStdin({read});
for (const [fd, set] of [[1, 'setStdout'], [2, 'setStderr']]) {
  python[set]({write: (bytes) => fs.writeSync(fd, bytes)});
}
const [code, ...rest] = words.slice(words.indexOf('-c') + 1);
const prepare = python.runPython(`
def prepare(environment, argv):
    import json, os, sys
    os.environ.update(json.loads(environment))
    sys.argv = json.loads(argv)
    return lambda code: exec(compile(code, '<string>', 'exec'), sys.modules['__main__'].__dict__)
prepare`);
try {
  prepare(JSON.stringify(process.env), JSON.stringify(['-c', ...rest]))(code);
} catch (error) {
  if (error?.status !== undefined) process.exit(error.status);  // os._exit
  fail(error);
}
process.exit(0);
