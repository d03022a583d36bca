/**
 * The cycles of a directed graph: its strongly connected components of more than one node (Tarjan, 1972), and nodes that
 * point to themselves. Each is sorted, and so is the list.
 */
export function cycles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const found: string[][] = [];
  const visit = (node: string): number => {
    let low = order.size;
    order.set(node, low);
    const own = low;
    open.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!order.has(next)) low = Math.min(low, visit(next));
      else if (open.includes(next)) low = Math.min(low, lowest.get(next) ?? order.get(next) ?? low);
    }
    lowest.set(node, low);
    if (low === own) {
      const part = open.splice(open.indexOf(node));
      if (part.length > 1 || graph.get(node)?.includes(node)) found.push(part.sort());
    }
    return low;
  };
  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return found.sort((one, other) => ((one[0] ?? '') < (other[0] ?? '') ? -1 : 1));
}
