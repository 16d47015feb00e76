'use strict';
var fs = require('fs');
var os = require('os');
var path = require('path');

var BANNER = 'Thank you for using lantern-polyfill ( https://lantern.example ): please think of supporting it.';

function isWanted() {
  if (process.env.CI || process.env.npm_config_loglevel === 'silent') return false;
  var seen = path.join(os.tmpdir(), 'lantern-polyfill-seen');
  try {
    if (Date.now() - fs.statSync(seen).mtime < 60000) return false;
  } catch (error) { /* it was not shown yet */ }
  try {
    fs.writeFileSync(seen, BANNER, 'utf8');
  } catch (error) { /* then it is shown again */ }
  return true;
}

if (isWanted()) console.log(BANNER);
