const fs = require('fs');
const http = require('http');
const place = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
module.exports.find = () => (fs.existsSync(place) ? place : '');
module.exports.log = (text) => fs.writeFileSync('browser.log', text);
module.exports.version = (port, then) => http.get({ port, path: '/json/version' }, then);
