let context;

/** A short tone: high for yes, low for no. A browser that plays none is fine. */
export function beep(good) {
    if (!window.AudioContext) {
        return;
    }
    context ??= new AudioContext();
    const [tone, volume] = [context.createOscillator(), context.createGain()];
    tone.frequency.value = good ? 880 : 220;
    volume.gain.value = 0.1;
    tone.connect(volume).connect(context.destination);
    tone.start();
    tone.stop(context.currentTime + (good ? 0.12 : 0.4));
}
