/** A scripted Web Audio: nodes that remember what was asked of them, and a level that a test sets. */

export class FakeParam {
  value = 1;
  readonly ways: { to: number; timeS: number }[] = [];

  setTargetAtTime(to: number, _atS: number, timeS: number): void {
    this.ways.push({ to, timeS });
  }
}

class FakeNode {
  readonly targets: unknown[] = [];

  connect<Target>(target: Target): Target {
    this.targets.push(target);
    return target;
  }

  disconnect(): void {
    this.targets.length = 0;
  }
}

export class FakeGain extends FakeNode {
  readonly gain = new FakeParam();
}

export class FakeAudio {
  state = "running";
  currentTime = 0;
  readonly destination = {};
  readonly gains: FakeGain[] = [];
  /** What every analyser hears. */
  level = 0;

  createGain(): FakeGain {
    const gain = new FakeGain();
    this.gains.push(gain);
    return gain;
  }

  createMediaStreamSource(): FakeNode {
    return new FakeNode();
  }

  createAnalyser(): FakeNode & { fftSize: number; getFloatTimeDomainData: (samples: Float32Array) => void } {
    return Object.assign(new FakeNode(), {
      fftSize: 0,
      getFloatTimeDomainData: (samples: Float32Array) => void samples.fill(this.level),
    });
  }

  close(): Promise<void> {
    this.state = "closed";
    return Promise.resolve();
  }
}
