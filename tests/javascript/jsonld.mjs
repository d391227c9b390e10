// What jsonld.js makes of JSON-LD on standard input, as N-Quads. Whoever asks for a context fails.
import jsonld from "jsonld";
import { text } from "node:stream/consumers";

const document = JSON.parse(await text(process.stdin));
const documentLoader = async (url) => {
  throw new Error(`wanted ${url}`);
};
const format = "application/n-quads";
process.stdout.write(await jsonld.toRDF(document, { format, documentLoader }));
