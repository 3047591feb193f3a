import type { QueueView } from "./api";
import { Table } from "./Table";
import { useFigures, useNameOf, useWords } from "./useWords";

/** What waits, who works, what plans promised and kept within the last hour. */
export function QueueSection({ view }: { view: QueueView }) {
  const { text, count } = useWords();
  const { written } = useFigures();
  const nameOf = useNameOf();
  const leaseText = (leftS: number | null): string => {
    if (leftS === null) return "";
    return leftS < 0 ? text("workers.ranOut") : text("workers.left", { time: written(leftS, "s") });
  };
  return (
    <section aria-labelledby="queue-title">
      <h2 id="queue-title">{text("queue.title")}</h2>
      <Table
        title={text("queue.table")}
        heads={[
          text("queue.title"),
          text("queue.waiting"),
          text("queue.oldest"),
          text("queue.processing"),
          text("queue.begun"),
          text("queue.median"),
          text("queue.longest"),
        ]}
        empty={text("queue.empty")}
        rows={view.queues.map((each) => ({
          id: each.queue,
          cells: [
            each.queue,
            each.waiting,
            written(each.oldestS, "s"),
            each.processing,
            each.begun,
            written(each.medianS, "s"),
            written(each.longestS, "s"),
          ],
        }))}
      />
      <h3>{text("plans.title")}</h3>
      <Table
        title={text("plans.table")}
        heads={[
          text("plans.plan"),
          text("queue.title"),
          text("plans.promised"),
          text("head.messages"),
          text("plot.half"),
          text("plot.most"),
          text("plans.kept"),
        ]}
        empty={text("plans.empty")}
        rows={view.plans.map((plan) => ({
          id: plan.plan,
          cells: [
            plan.plan,
            plan.queue,
            written(plan.promisedS, "s"),
            plan.messages,
            written(plan.p50S, "s"),
            written(plan.p95S, "s"),
            written(plan.kept, "share"),
          ],
        }))}
      />
      <h3>{text("workers.title")}</h3>
      <Table
        title={text("workers.table")}
        heads={[text("workers.worker"), text("workers.jobs"), text("workers.lease")]}
        empty={text("workers.empty")}
        rows={view.workers.map((worker) => ({
          id: worker.id,
          cells: [
            <code key="id">{worker.id}</code>,
            worker.jobs.length === 0
              ? text("workers.waits")
              : worker.jobs.map((job) => (
                  <p key={job.job}>
                    {[
                      job.queue,
                      job.stage ? nameOf("stage", job.stage) : text("workers.begins"),
                      written(job.progress, "share"),
                    ].join(" · ")}
                  </p>
                )),
            worker.jobs.map((job) => <p key={job.job}>{leaseText(job.leftS)}</p>),
          ],
        }))}
      />
      {view.webhooks > 0 && <p>{count("webhooks.left", view.webhooks)}</p>}
    </section>
  );
}
