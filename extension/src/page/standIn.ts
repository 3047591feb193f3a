/**
 * A track that answers like the microphone whose place it takes.
 *
 * Pages compare devices by label and settings, and open another microphone where something does not fit. Whoever stops
 * the last copy of it stops the microphone: its sign in the browser must not stay.
 */
export function standIn(track: MediaStreamTrack, microphone: MediaStreamTrack, ended: () => void): MediaStreamTrack {
  let copies = 0;
  const released = (): void => {
    copies -= 1;
    if (copies > 0) return;
    microphone.stop();
    ended();
  };
  const dress = (bare: MediaStreamTrack): MediaStreamTrack => {
    const [stop, clone] = [bare.stop.bind(bare), bare.clone.bind(bare)];
    let live = true;
    copies += 1;
    const release = (): void => {
      if (live) released();
      live = false;
    };
    microphone.addEventListener("ended", () => {
      stop();
      bare.dispatchEvent(new Event("ended"));
    });
    Object.defineProperties(bare, {
      label: { get: () => microphone.label },
      stop: {
        value: (): void => {
          stop();
          release();
        },
      },
      clone: { value: () => dress(clone()) },
      getSettings: { value: () => microphone.getSettings() },
      getCapabilities: { value: () => microphone.getCapabilities() },
      getConstraints: { value: () => microphone.getConstraints() },
      applyConstraints: { value: (constraints?: MediaTrackConstraints) => microphone.applyConstraints(constraints) },
    });
    return bare;
  };
  return dress(track);
}
