import type { Gpu, Node } from "./api";
import { Table } from "./Table";
import { useFigures, useNameOf, useWords } from "./useWords";

/** The machines that do the work, and how busy they are at this moment. */
export function NodesSection({ nodes }: { nodes: readonly Node[] }) {
  const { text } = useWords();
  const nameOf = useNameOf();
  const load = useLoad();
  return (
    <section aria-labelledby="nodes-title">
      <h2 id="nodes-title">{text("nodes.title")}</h2>
      <Table
        title={text("nodes.table")}
        heads={[
          text("nodes.machine"),
          text("nodes.does"),
          text("nodes.load"),
          text("nodes.memory"),
          text("nodes.gpus"),
        ]}
        empty={text("nodes.empty")}
        rows={nodes.map((node) => ({
          id: node.urls.join(" "),
          cells: [
            <bdi key="name">{node.there ? node.name : node.urls.join(", ")}</bdi>,
            node.kinds.map((kind) => nameOf("kind", kind)).join(", "),
            ...load(node),
          ],
        }))}
      />
    </section>
  );
}

/** Cores, memory and GPUs of a machine, as cells. */
function useLoad() {
  const { text } = useWords();
  const { written } = useFigures();
  const memoryOf = (used: number | null, all: number | null): string =>
    text("nodes.of", { used: written(used, "bytes"), all: written(all, "bytes") });
  const gpuText = (gpu: Gpu): string =>
    text("nodes.gpu", {
      name: gpu.name,
      use: gpu.used === null ? text("nodes.unknownUse") : written(gpu.used, "share"),
      memory: memoryOf(gpu.memoryUsed, gpu.memoryAll),
    });
  return (node: Node) =>
    node.there
      ? [
          text("nodes.loadOn", { load: written(node.load, "rate"), cores: written(node.cores, "count") }),
          memoryOf(node.memoryUsed, node.memoryAll),
          node.gpus.length === 0
            ? text("nodes.noGpu")
            : node.gpus.map((gpu, place) => <p key={`${gpu.name} ${place}`}>{gpuText(gpu)}</p>),
        ]
      : [text("nodes.away"), "", ""];
}
