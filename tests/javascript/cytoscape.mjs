// What cytoscape.js makes of Cytoscape JSON on standard input, as JSON.
import cytoscape from "cytoscape";
import { text } from "node:stream/consumers";

const { elements, style } = JSON.parse(await text(process.stdin));
const layout = { name: "preset" };
const graph = cytoscape({ headless: true, styleEnabled: true, layout, elements, style });
const nodes = graph.nodes().map((node) => ({ ...node.data(), position: node.position() }));
const edges = graph.edges().map((edge) => ({
  ...edge.data(),
  classes: edge.classes(),
  line: edge.style("line-style"),
}));
graph.destroy();
process.stdout.write(JSON.stringify({ nodes, edges }), () => process.exit(0));
