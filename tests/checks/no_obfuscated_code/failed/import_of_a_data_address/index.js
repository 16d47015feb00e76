const src = Buffer.from("Y29uc29sZS5sb2coMSk7IC8vIGluZXJ0", "base64").toString();
import("data:text/javascript," + encodeURIComponent(src));
