// SPDX-License-Identifier: Apache-2.0

// A host runs a runtime of the npm registry, which is WebAssembly, as if it were the interpreter
// itself: with the standard streams of this process, its environment, and its command line.
//
// Place: the beginning of each host beside it. `ouro` has both as one text, so that it needs no
// file of its own:
//
//   node --no-warnings --input-type=module -e TEXT -- MODULES PACKAGE ARGUMENT...
//
// MODULES is the folder of the installed packages. All streams are synchronous, as an interpreter's
// are: nothing else in this process has to go on while the guest waits for a line.

import fs from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';

const [modules, packageName, ...words] = process.argv.slice(1);

function load(file) {
  return import(pathToFileURL(path.resolve(modules, file)));
}

// Fills a part of the buffer. At the end of the input the process ends, without destructors and
// without a last collection: the guest is not asked.
function read(buffer) {
  const bytes = fs.readSync(0, buffer, 0, buffer.length, null);
  if (bytes === 0) process.exit(0);
  return bytes;
}

function write(fd, bytes) {
  for (let at = 0; at < bytes.length;) at += fs.writeSync(fd, bytes, at);
}

function fail(error) {
  write(2, Buffer.from(`${error?.message ?? error}\n`));
  process.exit(1);
}
