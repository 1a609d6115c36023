// Verifies one delivery with the npm package: node verify_webhook.cjs PACKAGE SECRET, the delivery as JSON on standard input.
const { Webhook } = require(process.argv[2]);
const { body, headers } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
try {
  process.stdout.write(JSON.stringify(new Webhook(process.argv[3]).verify(body, headers)));
} catch (error) {
  process.stdout.write("refused: " + error.message);
}
