const Module = require('module');
const before = Module._resolveFilename;
Module._resolveFilename = function (name, ...rest) {
  return before.call(this, name.replace(/^@\//, './src/'), ...rest);
};
