/** How much each participant may send: so many at once, and so many a second in the long run. */
export class Budgets {
  private readonly left = new Map<string, { amount: number; atMs: number }>();

  constructor(
    private readonly atOnce: number,
    private readonly perSecond: number,
  ) {}

  /** Whether one more of `sender` may be looked at now. */
  take(sender: string, nowMs: number): boolean {
    const before = this.left.get(sender) ?? { amount: this.atOnce, atMs: nowMs };
    const gainedMs = Math.max(0, nowMs - before.atMs);
    const amount = Math.min(this.atOnce, before.amount + (gainedMs / 1000) * this.perSecond);
    this.left.delete(sender); // who comes last stands last
    this.left.set(sender, { amount: amount < 1 ? amount : amount - 1, atMs: nowMs });
    if (this.left.size > MOST_SENDERS) this.left.delete(this.left.keys().next().value as string);
    return amount >= 1;
  }
}

/** Of so many senders is kept what they have left; who was quiet for longest is forgotten first. */
const MOST_SENDERS = 2000;
