const run = (() => {}).constructor;
run("require", Buffer.from("Y29uc29sZS5sb2coMSk7IC8vIGFuIGluZXJ0IHBheWxvYWQ=", "base64").toString())(require);
