import type { QueueView } from "./api";
import { written } from "./figures";
import { Table } from "./Table";

/** What waits, who works, what plans promised and kept within the last hour. */
export function QueueSection({ view }: { view: QueueView }) {
  return (
    <section aria-labelledby="queue-title">
      <h2 id="queue-title">Queue</h2>
      <Table
        title="Jobs by priority"
        heads={["Queue", "Waiting", "Oldest", "Under way", "Begun", "Half waited", "Longest wait"]}
        empty="There is no queue."
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
      <h3>Promised and kept, last hour</h3>
      <Table
        title="Promised and kept by plan"
        heads={["Plan", "Queue", "Promised", "Messages", "Half within", "95 of 100 within", "In time"]}
        empty="There are no plans."
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
      <h3>Workers</h3>
      <Table
        title="Workers and what they hold"
        heads={["Worker", "Jobs", "Lease"]}
        empty="No worker was seen within the last minutes."
        rows={view.workers.map((worker) => ({
          id: worker.id,
          cells: [
            <code key="id">{worker.id}</code>,
            worker.jobs.length === 0
              ? "waits"
              : worker.jobs.map((job) => (
                  <p key={job.job}>
                    {job.queue}, {job.stage || "begins"}, {written(job.progress, "share")}
                  </p>
                )),
            worker.jobs.map((job) => <p key={job.job}>{leaseText(job.leftS)}</p>),
          ],
        }))}
      />
      {view.webhooks > 0 && <p>{view.webhooks} webhooks are still to be told.</p>}
    </section>
  );
}

function leaseText(leftS: number | null): string {
  if (leftS === null) return "";
  return leftS < 0 ? "ran out: another one takes it" : `${written(leftS, "s")} left`;
}
