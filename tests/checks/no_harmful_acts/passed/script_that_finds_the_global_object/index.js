const root = (typeof self !== "undefined" && self) || Function("return this")();
module.exports = async url => {
  const answer = await fetch("https://data.example.org/" + url);
  const text = await answer.text();
  return /^v(\d+)/.exec(text) || root.JSON.parse(text);
};
