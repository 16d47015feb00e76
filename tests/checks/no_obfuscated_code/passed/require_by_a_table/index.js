const path = require('path');
const names = ['one', 'two'];
const sum = (text) => [...text].reduce((all, sign) => (all * 31 + sign.charCodeAt(0)) | 0, 7);
module.exports = (number) => require(path.join(__dirname, names[number]));
module.exports.sum = sum;
