// What mermaid makes of the diagrams on standard input, a JSON list of texts, as JSON.
import { JSDOM } from "jsdom";
import { text } from "node:stream/consumers";

const { window } = new JSDOM("<body></body>");
Object.assign(globalThis, { window, document: window.document });
const { default: mermaid } = await import("mermaid");
mermaid.initialize({ startOnLoad: false, maxEdges: 1e6, maxTextSize: 1e9 });

const read = [];
for (const diagram of JSON.parse(await text(process.stdin))) {
  const { diagramType: type } = await mermaid.parse(diagram);
  const { db } = await mermaid.mermaidAPI.getDiagramFromText(diagram);
  const nodes = [...db.getVertices().values()].map(({ id, text, classes }) => ({ id, text, classes }));
  const edges = db.getEdges().map(({ start, end, text, type, stroke }) => ({ start, end, text, type, stroke }));
  read.push({ type, nodes, edges });
}
process.stdout.write(JSON.stringify(read), () => process.exit(0));
