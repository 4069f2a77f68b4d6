/*
 * The nine scenes of the virtual cameras, drawn on a canvas of 1280x720. `time` runs from 0 to 1 over the loop, and all that
 * moves comes back to where it was. Runs in a browser page: no imports.
 */

type Canvas = CanvasRenderingContext2D;
type Scene = (canvas: Canvas, time: number) => void;

const width = 1280;
const height = 720;
const turn = Math.PI * 2;

/** Goes around once in the loop, `times` times; 0 … 1. */
const cycle = (time: number, times = 1, shift = 0) => (((time * times + shift) % 1) + 1) % 1;
const wave = (time: number, times = 1, shift = 0) => Math.sin((time * times + shift) * turn);

function box(canvas: Canvas, x: number, y: number, w: number, h: number, color: string, radius = 0): void {
  canvas.fillStyle = color;
  canvas.beginPath();
  canvas.roundRect(x, y, w, h, radius);
  canvas.fill();
}

function disc(canvas: Canvas, x: number, y: number, radius: number, color: string): void {
  canvas.fillStyle = color;
  canvas.beginPath();
  canvas.arc(x, y, radius, 0, turn);
  canvas.fill();
}

function shape(canvas: Canvas, color: string, ...points: [number, number][]): void {
  canvas.fillStyle = color;
  canvas.beginPath();
  for (const [x, y] of points) canvas.lineTo(x, y);
  canvas.closePath();
  canvas.fill();
}

function fade(canvas: Canvas, top: string, bottom: string, y = 0, h = height): void {
  const gradient = canvas.createLinearGradient(0, y, 0, y + h);
  gradient.addColorStop(0, top);
  gradient.addColorStop(1, bottom);
  canvas.fillStyle = gradient;
  canvas.fillRect(0, y, width, h);
}

/** A car from the side; `direction` 1 drives to the right. */
function car(canvas: Canvas, x: number, y: number, scale: number, color: string, direction = 1): void {
  canvas.save();
  canvas.translate(x, y);
  canvas.scale(scale * direction, scale);
  box(canvas, -80, 22, 168, 10, 'rgba(0,0,0,0.25)', 5);
  shape(canvas, color, [-42, -34], [26, -34], [54, -8], [-58, -8]);
  box(canvas, -84, -12, 172, 34, color, 12);
  shape(canvas, '#bcd3df', [-36, -29], [-6, -29], [-6, -10], [-48, -10]);
  shape(canvas, '#bcd3df', [2, -29], [23, -29], [42, -10], [2, -10]);
  for (const wheel of [-48, 50]) {
    disc(canvas, wheel, 20, 17, '#20242a');
    disc(canvas, wheel, 20, 8, '#9aa3ab');
  }
  disc(canvas, 84, 2, 5, '#ffe9a8');
  disc(canvas, -80, 2, 5, '#d9483b');
  canvas.restore();
}

/**
 * A walking person; `step` is the phase of the walk.
 * @param facing 1 right, -1 left, 0 towards the camera, 'away' from it
 */
function person(
  canvas: Canvas,
  x: number,
  y: number,
  scale: number,
  coat: string,
  step: number,
  facing: -1 | 0 | 1 | 'away' = 1,
): void {
  canvas.save();
  canvas.translate(x, y);
  canvas.scale(scale, scale);
  canvas.lineCap = 'round';
  canvas.fillStyle = 'rgba(0,0,0,0.16)';
  canvas.beginPath();
  canvas.ellipse(0, 6, 30, 8, 0, 0, turn);
  canvas.fill();
  const sideways = facing === 1 || facing === -1;
  const swing = Math.sin(step * turn) * (sideways ? 16 : 4);
  const apart = sideways ? 0 : 8;
  canvas.lineWidth = 13;
  canvas.strokeStyle = '#2e3846';
  for (const [leg, lift] of [
    [apart + swing, Math.max(0, swing)],
    [-apart - swing, Math.max(0, -swing)],
  ] as const) {
    canvas.beginPath();
    canvas.moveTo(leg / 3, -58);
    canvas.lineTo(leg, sideways ? 0 : -lift * 2);
    canvas.stroke();
  }
  box(canvas, -16, -118, 32, 66, coat, 14);
  canvas.lineWidth = 10;
  for (const [arm, shade] of [
    [-swing, coat],
    [swing, coat],
  ] as const) {
    canvas.strokeStyle = shade;
    canvas.beginPath();
    canvas.moveTo(sideways ? 0 : Math.sign(arm) * 14, -104);
    canvas.lineTo(sideways ? arm : Math.sign(arm) * 19, -62);
    canvas.stroke();
  }
  disc(canvas, 0, -136, 15, '#4a3a30');
  if (facing !== 'away') disc(canvas, facing * 4, -132, 12, '#e3b796');
  canvas.restore();
}

function tree(canvas: Canvas, x: number, y: number, scale: number, sway: number, color: string): void {
  canvas.save();
  canvas.translate(x, y);
  canvas.scale(scale, scale);
  box(canvas, -9, -90, 18, 92, '#6b4c38', 5);
  for (const [dx, dy, radius] of [
    [0, -150, 62],
    [-42, -112, 46],
    [44, -110, 48],
    [4, -96, 44],
  ] as const) {
    disc(canvas, dx + sway * (-dy / 18), dy, radius, color);
  }
  canvas.restore();
}

function cloud(canvas: Canvas, x: number, y: number, scale: number, color: string): void {
  for (const [dx, dy, radius] of [
    [0, 0, 42],
    [48, 10, 34],
    [-48, 12, 32],
    [88, 22, 22],
  ] as const) {
    disc(canvas, x + dx * scale, y + dy * scale, radius * scale, color);
  }
  box(canvas, x - 82 * scale, y + 12 * scale, 192 * scale, 34 * scale, color, 17 * scale);
}

const carPark: Scene = (canvas, time) => {
  fade(canvas, '#a8c4d8', '#dfe6e4', 0, 260);
  box(canvas, 0, 150, width, 130, '#7f8f86');
  for (let x = 40; x < width; x += 150) tree(canvas, x, 285, 0.9, wave(time, 3, x / 500) * 0.8, '#5d8a62');
  box(canvas, 0, 270, width, 450, '#5d646b');
  for (let x = 90; x <= width; x += 170) box(canvas, x, 300, 6, 130, '#cfd5d8');
  const parked = ['#b5483f', '#e3e6e8', '#3d5a80', '#8fa37b', '#2f343b', '#d5a349'];
  parked.forEach((color, index) => {
    if (index !== 3) car(canvas, 178 + index * 170, 380, 0.92, color);
  });
  box(canvas, 0, 452, width, 6, '#cfd5d8');
  const x = cycle(time, 1) * (width + 400) - 200;
  car(canvas, x, 560, 1.35, '#2a9d8f');
  car(canvas, width + 200 - cycle(time, 2, 0.4) * (width + 400), 660, 1.6, '#c77d4f', -1);
  person(canvas, 1340 - cycle(time, 1, 0.3) * 1400, 500, 0.72, '#7a5ea8', time * 26, -1);
};

const harbour: Scene = (canvas, time) => {
  fade(canvas, '#f0c9a4', '#f7e6cf', 0, 330);
  disc(canvas, 980, 250, 60, '#fff3d6');
  for (let i = 0; i < 7; i++)
    shape(
      canvas,
      i % 2 ? '#8fa2b5' : '#7d93a8',
      [i * 210 - 60, 335],
      [i * 210 + 70, 220 + (i % 3) * 26],
      [i * 210 + 230, 335],
    );
  fade(canvas, '#5f93a8', '#2c5f78', 330, 390);
  canvas.lineWidth = 4;
  for (let row = 0; row < 11; row++) {
    canvas.strokeStyle = `rgba(255,255,255,${0.1 + row * 0.014})`;
    canvas.beginPath();
    for (let x = -40; x <= width + 40; x += 20) {
      canvas.lineTo(x, 352 + row * 34 + wave(time, 5, x / (170 + row * 12) + row * 0.3) * (3 + row));
    }
    canvas.stroke();
  }
  const boat = (x: number, y: number, scale: number, hull: string, direction: number) => {
    canvas.save();
    canvas.translate(x, y + wave(time, 6, x / 900) * 6);
    canvas.rotate(wave(time, 6, 0.2 + x / 900) * 0.025);
    canvas.scale(scale * direction, scale);
    box(canvas, -4, -150, 8, 150, '#5b4636');
    shape(canvas, '#fbf6ea', [10, -145], [104, -18], [10, -18]);
    shape(canvas, '#e8d9bf', [-10, -130], [-74, -18], [-10, -18]);
    shape(canvas, hull, [-110, -8], [118, -8], [82, 34], [-84, 34]);
    box(canvas, -110, -12, 228, 8, '#f5f0e6');
    canvas.restore();
  };
  boat(cycle(time, 1, 0.2) * 1600 - 160, 420, 0.75, '#3a5a6d', 1);
  boat(1440 - cycle(time, 1, 0.6) * 1600, 560, 1.25, '#a23e3e', -1);
  box(canvas, 0, 640, 420, 80, '#6e5a49');
  for (let x = 14; x < 420; x += 46) box(canvas, x, 640, 4, 80, '#59483a');
  for (let i = 0; i < 5; i++) {
    const x = cycle(time, 1, i * 0.17) * 1500 - 100;
    const flap = wave(time, 20, i * 0.3) * 10;
    shape(
      canvas,
      '#f6f6f2',
      [x, 140 + i * 30],
      [x - 22, 132 + i * 30 - flap],
      [x - 6, 144 + i * 30],
      [x + 22, 132 + i * 30 - flap],
    );
  }
};

const corridor: Scene = (canvas, time) => {
  fade(canvas, '#dfe3e1', '#c4cac8');
  shape(canvas, '#b3bab8', [0, 720], [1280, 720], [780, 400], [500, 400]);
  shape(canvas, '#eef0ee', [0, 0], [1280, 0], [780, 250], [500, 250]);
  shape(canvas, '#cfd6d2', [0, 0], [500, 250], [500, 400], [0, 720]);
  shape(canvas, '#c6ceca', [1280, 0], [780, 250], [780, 400], [1280, 720]);
  box(canvas, 500, 250, 280, 150, '#dde2df');
  for (let i = 0; i < 4; i++) {
    const near = i / 4;
    const x = 640;
    const y = 40 + near * 170;
    const half = 150 - near * 96;
    box(
      canvas,
      x - half,
      y,
      half * 2,
      20 - near * 12,
      i === 1 && cycle(time, 2) > 0.93 ? '#f3f3ee' : '#fffdf4',
      6,
    );
  }
  // Floor and ceiling lines of the left wall; a door reaches from the floor to a little below the ceiling.
  const floor = (x: number) => height - x * 0.64;
  const lintel = (x: number) => floor(x) - (floor(x) - x * 0.5) * 0.8;
  const door = (near: number, far: number, color: string, isRight: boolean) => {
    const side = (x: number) => (isRight ? width - x : x);
    const frame = (from: number, to: number, fill: string) =>
      shape(
        canvas,
        fill,
        [side(from), lintel(from)],
        [side(to), lintel(to)],
        [side(to), floor(to)],
        [side(from), floor(from)],
      );
    const edge = (far - near) * 0.09;
    frame(near - edge, far + edge, '#9fa9a6');
    frame(near, far, color);
    const knob = far - edge * 2;
    disc(canvas, side(knob), (floor(knob) * 1.1 + lintel(knob) * 0.9) / 2, edge * 0.5, '#e9ecea');
  };
  for (const isRight of [false, true]) {
    const color = isRight ? '#8aa092' : '#7c97a6';
    door(70, 200, color, isRight);
    door(285, 355, color, isRight);
    door(410, 448, color, isRight);
  }
  const walker = (phase: number, coat: string, side: number) => {
    const p = cycle(time, 1, phase);
    const isComing = p < 0.5;
    const near = isComing ? p * 2 : 2 - p * 2;
    const depth = near * near;
    person(
      canvas,
      640 + side * (40 + depth * 190),
      410 + depth * 250,
      0.5 + depth * 1.6,
      coat,
      time * 26 + phase,
      isComing ? 0 : 'away',
    );
  };
  const walkers = [
    [0.1, '#3f7cac', -1],
    [0.72, '#b86b4b', 1],
  ] as const;
  for (const [phase, coat, side] of walkers) walker(phase, coat, side);
};

/** Pixels from a place for a vehicle that starts there with `seconds` to go, or that stopped there so many ago. */
const drive = (seconds: number) => 260 * (seconds + 0.8 * (Math.exp(-seconds / 0.8) - 1));

const crossroads: Scene = (canvas, time) => {
  box(canvas, 0, 0, width, height, '#88a57d');
  box(canvas, 0, 222, width, 276, '#b9b7ac');
  box(canvas, 502, 0, 276, height, '#b9b7ac');
  box(canvas, 0, 250, width, 220, '#565c63');
  box(canvas, 530, 0, 220, height, '#565c63');
  for (let x = 10; x < width; x += 90) if (x < 400 || x > 820) box(canvas, x, 357, 50, 6, '#e8e4d4');
  for (let y = 10; y < height; y += 90) if (y < 130 || y > 560) box(canvas, 637, y, 6, 50, '#e8e4d4');
  for (let i = 0; i < 6; i++) {
    box(canvas, 496, 262 + i * 35, 28, 18, '#e8e4d4');
    box(canvas, 756, 262 + i * 35, 28, 18, '#e8e4d4');
    box(canvas, 542 + i * 35, 216, 18, 28, '#e8e4d4');
    box(canvas, 542 + i * 35, 476, 18, 28, '#e8e4d4');
  }
  const top = (x: number, y: number, angle: number, color: string, isStopping: boolean, length = 92) => {
    canvas.save();
    canvas.translate(x, y);
    canvas.rotate(angle);
    box(canvas, -length / 2 + 5, -18, length, 46, 'rgba(0,0,0,0.2)', 12);
    box(canvas, -length / 2, -23, length, 46, color, 12);
    box(canvas, -length / 2 + length * 0.52, -18, 16, 36, '#c7dbe3', 5);
    box(canvas, -length / 2 + 12, -17, 12, 34, '#c7dbe3', 5);
    for (const side of [-19, 13]) {
      box(canvas, length / 2 - 5, side, 5, 7, '#fff2c2', 2);
      box(canvas, -length / 2, side, 4, 7, isStopping ? '#ff5a47' : '#8e2f28', 2);
    }
    canvas.restore();
  };
  /** How far the car in this place of the queue is from it: it leaves in the first half, when it has green, and comes back in the second. */
  const queued = (phase: number, place: number) => {
    const left = (phase - 0.012 - place * 0.03) * 20;
    if (phase < 0.5) return { distance: left > 0 ? drive(left) : 0, isStopping: left < 0 };
    const toCome = (0.74 + place * 0.09 - phase) * 20;
    return { distance: toCome > 0 ? -drive(toCome) : 0, isStopping: toCome < 1.5 };
  };
  const lanes = [
    { x: 422, y: 415, angle: 0, shift: 0, colors: ['#c8553d', '#e9eef0', '#3c6e9f'] },
    { x: 858, y: 305, angle: Math.PI, shift: 0, colors: ['#d6a13c', '#2f343b', '#7fa99b'] },
    { x: 585, y: 148, angle: Math.PI / 2, shift: 0.5, colors: ['#8d6fb0', '#dfe3e6'] },
    { x: 695, y: 572, angle: -Math.PI / 2, shift: 0.5, colors: ['#49759c', '#caa24a'] },
  ];
  for (const { x, y, angle, shift, colors } of lanes) {
    colors.forEach((color, place) => {
      const { distance, isStopping } = queued(cycle(time, 1, shift), place);
      const along = distance - place * 128;
      top(x + Math.cos(angle) * along, y + Math.sin(angle) * along, angle, color, isStopping);
    });
  }
  const eastWest = time < 0.5;
  for (const [x, y, green] of [
    [484, 484, eastWest],
    [796, 236, eastWest],
    [516, 204, !eastWest],
    [764, 516, !eastWest],
  ] as const) {
    box(canvas, x - 13, y - 13, 26, 26, '#2b2f34', 6);
    disc(canvas, x, y, 8, green ? '#67d17f' : '#e0584a');
  }
  const walker = (x: number, y: number, isAcross: boolean, coat: string) => {
    const swing = wave(time, 30, (x + y) / 50) * 4;
    canvas.fillStyle = 'rgba(0,0,0,0.2)';
    canvas.beginPath();
    canvas.ellipse(x + 4, y + 6, 13, 11, 0, 0, turn);
    canvas.fill();
    canvas.fillStyle = coat;
    canvas.beginPath();
    canvas.ellipse(x, y, isAcross ? 8 : 14, isAcross ? 14 : 8, swing / 40, 0, turn);
    canvas.fill();
    disc(canvas, x, y, 7, '#4a3a30');
  };
  // They cross a road while its cars wait.
  walker(cycle(time, 1, 0.238) * 1340 - 30, 232, true, '#b5483f');
  walker(1310 - cycle(time, 1, 0.3) * 1340, 488, true, '#3f7cac');
  walker(510, cycle(time, 1, 0.76) * 780 - 30, false, '#d9a62e');
  walker(770, 750 - cycle(time, 1, 0.73) * 780, false, '#7a5ea8');
  for (const [x, y] of [
    [60, 40],
    [190, 90],
    [340, 30],
    [930, 70],
    [1130, 60],
    [1220, 150],
    [80, 560],
    [1180, 640],
    [300, 610],
    [1040, 600],
    [900, 680],
  ] as const) {
    disc(canvas, x + 10, y + 12, 54, 'rgba(0,0,0,0.15)');
    disc(canvas, x + wave(time, 3, x / 700) * 5, y, 54, '#5f8a58');
    disc(canvas, x - 12 + wave(time, 3, x / 700) * 9, y - 12 + wave(time, 3, x / 500) * 3, 32, '#719c68');
  }
};

const garden: Scene = (canvas, time) => {
  fade(canvas, '#9cc9e6', '#e2f0ee', 0, 420);
  disc(canvas, 180, 120, 54, '#fff6cf');
  for (let i = 0; i < 3; i++)
    cloud(
      canvas,
      cycle(time, 1, i * 0.36) * 1700 - 200,
      90 + i * 62,
      0.9 + i * 0.18,
      'rgba(255,255,255,0.85)',
    );
  shape(canvas, '#8db382', [0, 380], [320, 310], [700, 372], [1000, 318], [1280, 360], [1280, 720], [0, 720]);
  fade(canvas, '#7fae6c', '#5f9455', 420, 300);
  tree(canvas, 180, 520, 1.7, wave(time, 3) * 2, '#4f8451');
  tree(canvas, 1060, 500, 1.5, wave(time, 3, 0.3) * 2, '#5b8f4e');
  tree(canvas, 860, 440, 0.9, wave(time, 3, 0.6) * 1.6, '#6a9c5d');
  shape(canvas, '#d9c9a3', [560, 720], [760, 720], [668, 430], [640, 430]);
  for (let i = 0; i < 26; i++) {
    const x = 30 + i * 48;
    const y = 640 + (i % 4) * 20;
    const lean = wave(time, 4, i / 9) * 8;
    if (x > 540 && x < 780) continue;
    canvas.strokeStyle = '#3f7a41';
    canvas.lineWidth = 4;
    canvas.beginPath();
    canvas.moveTo(x, y + 44);
    canvas.quadraticCurveTo(x, y + 16, x + lean, y);
    canvas.stroke();
    disc(canvas, x + lean, y, 12, ['#e86a6a', '#f2c14e', '#f4f1ea', '#b07cc6'][i % 4] ?? '');
    disc(canvas, x + lean, y, 4, '#8a5a2b');
  }
  for (let i = 0; i < 4; i++) {
    const x = cycle(time, 1, i * 0.22) * 1500 - 110;
    const y = 230 + wave(time, 3, i * 0.4) * 40 + i * 26;
    const flap = wave(time, 24, i * 0.3) * 12;
    shape(canvas, '#3b4652', [x, y], [x - 24, y - 10 - flap], [x - 5, y + 5], [x + 24, y - 10 - flap]);
  }
};

const serverRoom: Scene = (canvas, time) => {
  fade(canvas, '#1a2430', '#0f1620');
  shape(canvas, '#263343', [0, 720], [1280, 720], [800, 470], [480, 470]);
  fade(canvas, '#22303f', '#1a2430', 0, 60);
  for (let rack = 0; rack < 6; rack++) {
    const x = 40 + rack * 208;
    box(canvas, x, 80, 176, 520, '#2b3848', 8);
    box(canvas, x + 10, 92, 156, 496, '#141c26', 4);
    for (let unit = 0; unit < 16; unit++) {
      const y = 98 + unit * 31;
      box(canvas, x + 14, y, 148, 25, '#334355', 3);
      box(canvas, x + 20, y + 10, 70, 5, '#223040', 2);
      for (let light = 0; light < 5; light++) {
        const speed = 6 + ((rack * 7 + unit * 3 + light * 5) % 9) * 2;
        const on = cycle(time, speed, (rack * 13 + unit * 7 + light * 3) / 17) < 0.55;
        const color = light === 0 ? '#5ec8f2' : unit % 5 === 3 ? '#f2b65e' : '#6fe39b';
        disc(canvas, x + 102 + light * 12, y + 12, 4, on ? color : '#26323f');
      }
    }
  }
  const sweep = cycle(time, 2) * 1820 - 270;
  const glow = canvas.createRadialGradient(sweep, 640, 10, sweep, 640, 260);
  glow.addColorStop(0, 'rgba(120,190,240,0.20)');
  glow.addColorStop(1, 'rgba(120,190,240,0)');
  canvas.fillStyle = glow;
  canvas.fillRect(0, 380, width, 340);
  person(canvas, 1380 - cycle(time, 1, 0.1) * 1500, 690, 1.9, '#6c8fae', time * 22, -1);
};

const loadingDock: Scene = (canvas, time) => {
  fade(canvas, '#c9cfd0', '#b4babb', 0, 470);
  for (let gate = 0; gate < 3; gate++) {
    const x = 80 + gate * 400;
    box(canvas, x, 110, 310, 330, '#6f7b84', 6);
    const open = gate === 1 ? 0.5 + 0.45 * wave(time, 1, 0.75) : gate === 0 ? 0.9 : 0.05;
    box(canvas, x + 14, 124, 282, 316, '#2e3842');
    if (gate === 0) {
      box(canvas, x + 40, 190, 230, 250, '#dfe4e6', 8);
      box(canvas, x + 62, 216, 186, 190, '#c2cacf', 4);
    }
    for (let slat = 0; slat < 10; slat++) {
      const y = 124 + slat * 31.6 - open * 316;
      if (y + 28 > 124) box(canvas, x + 14, Math.max(124, y), 282, 28 - Math.max(0, 124 - y), '#9ba7ae');
    }
    box(canvas, x + 120, 60, 70, 40, '#e9c46a', 6);
    canvas.fillStyle = '#3a3a3a';
    canvas.font = '600 30px "DejaVu Sans"';
    canvas.fillText(String(gate + 1), x + 146, 91);
  }
  fade(canvas, '#8b9196', '#787e83', 440, 280);
  for (let x = -40; x < width; x += 80)
    shape(canvas, '#e0b84f', [x, 458], [x + 40, 458], [x + 20, 476], [x - 20, 476]);
  const forward = cycle(time) < 0.5;
  const part = forward ? cycle(time) * 2 : 2 - cycle(time) * 2;
  canvas.save();
  canvas.translate(120 + part * 1000, 630);
  canvas.scale(forward ? 1.35 : -1.35, 1.35);
  box(canvas, -80, 22, 190, 10, 'rgba(0,0,0,0.2)', 5);
  box(canvas, -70, -26, 100, 44, '#e08e2b', 8);
  box(canvas, -50, -92, 8, 70, '#40474e');
  box(canvas, 14, -92, 8, 70, '#40474e');
  box(canvas, -54, -98, 82, 10, '#40474e', 4);
  disc(canvas, -16, -58, 13, '#e3b796');
  box(canvas, -32, -46, 32, 30, '#2f6f8f', 8);
  box(canvas, 36, -110, 8, 130, '#40474e');
  box(canvas, 40, 12, 62, 7, '#40474e');
  box(canvas, 44, -42, 56, 52, '#b58a5a', 3);
  box(canvas, 44, -18, 56, 5, '#94693c');
  for (const wheel of [-50, 12]) {
    disc(canvas, wheel, 20, 17, '#22262b');
    disc(canvas, wheel, 20, 7, '#8d969d');
  }
  canvas.restore();
  person(canvas, 1340 - cycle(time, 1, 0.5) * 1400, 540, 0.95, '#d9a62e', time * 26, -1);
};

const reception: Scene = (canvas, time) => {
  fade(canvas, '#efe9df', '#ded5c6', 0, 470);
  fade(canvas, '#b79f83', '#a48b6f', 470, 250);
  box(canvas, 60, 70, 340, 300, '#bcd9e8', 6);
  for (let i = 0; i < 2; i++)
    cloud(canvas, 60 + cycle(time, 1, i * 0.5) * 520 - 90, 130 + i * 80, 0.5, 'rgba(255,255,255,0.9)');
  box(canvas, 0, 60, 60, 330, '#e8e0d3');
  box(canvas, 400, 60, 160, 330, '#e8e0d3');
  box(canvas, 222, 70, 12, 300, '#f7f3ec');
  box(canvas, 60, 214, 340, 10, '#f7f3ec');
  box(canvas, 700, 90, 480, 190, '#53705f', 10);
  canvas.fillStyle = '#f3efe6';
  canvas.font = '600 52px "DejaVu Sans"';
  canvas.fillText('WELCOME', 800, 206);
  disc(canvas, 620, 150, 46, '#fbf8f2');
  canvas.strokeStyle = '#3f3a33';
  canvas.lineWidth = 5;
  for (const [length, angle] of [
    [30, time],
    [22, time / 1 + 0.3],
  ] as const) {
    canvas.beginPath();
    canvas.moveTo(620, 150);
    canvas.lineTo(620 + Math.sin(angle * turn) * length, 150 - Math.cos(angle * turn) * length);
    canvas.stroke();
  }
  person(canvas, 930 + wave(time, 1) * 26, 500, 1.5, '#41647d', 0.25);
  box(canvas, 660, 400, 560, 190, '#8d6b4b', 12);
  box(canvas, 640, 386, 600, 26, '#6f5238', 8);
  box(canvas, 1040, 320, 110, 70, '#2d3136', 6);
  box(canvas, 1048, 327, 94, 54, cycle(time, 4) < 0.5 ? '#9fc3d9' : '#a9cadd', 3);
  tree(canvas, 560, 600, 0.8, wave(time, 2) * 0.8, '#5f8d5c');
  box(canvas, 524, 590, 72, 66, '#cf8057', 8);
  person(canvas, cycle(time, 1, 0.2) * 1500 - 110, 690, 1.75, '#a6523f', time * 24);
};

const rooftop: Scene = (canvas, time) => {
  fade(canvas, '#232b52', '#e59a76', 0, 520);
  for (let i = 0; i < 40; i++) {
    const glow = 0.35 + 0.35 * wave(time, 3 + (i % 4), i / 7);
    disc(canvas, (i * 197) % width, (i * 61) % 220, 2, `rgba(255,255,255,${glow})`);
  }
  disc(canvas, 1050, 120, 40, '#f6e7c8');
  for (let i = 0; i < 3; i++)
    cloud(canvas, 1500 - cycle(time, 1, i * 0.33) * 1800, 230 + i * 50, 1.1, 'rgba(120,92,120,0.55)');
  for (let layer = 0; layer < 2; layer++) {
    for (let i = 0; i < 13; i++) {
      const x = i * 104 - 30 + layer * 44;
      const top = 250 + layer * 90 + ((i * 53 + layer * 31) % 130);
      box(canvas, x, top, 88, 520 - top + 60, layer ? '#2a2f4a' : '#4a4567');
      for (let row = 0; row < 7; row++) {
        for (let column = 0; column < 4; column++) {
          const lit = (i * 7 + row * 5 + column * 3 + layer) % 4 === 0;
          const flicker = cycle(time, 2, (i + row * 3 + column) / 11) > 0.08;
          const y = top + 14 + row * 28;
          if (y < 540)
            box(
              canvas,
              x + 10 + column * 19,
              y,
              10,
              14,
              lit && flicker ? '#f3cf87' : layer ? '#353b59' : '#57517a',
            );
        }
      }
    }
  }
  fade(canvas, '#3c3f48', '#2e3138', 560, 160);
  box(canvas, 0, 552, width, 14, '#5b5f6a');
  for (let x = 20; x < width; x += 120) box(canvas, x, 520, 8, 40, '#5b5f6a');
  box(canvas, 0, 516, width, 8, '#6b707c');
  canvas.save();
  canvas.translate(300, 628);
  box(canvas, -92, -60, 184, 110, '#7d838e', 8);
  disc(canvas, 0, -6, 44, '#4d525c');
  canvas.rotate(time * turn * 12);
  for (let blade = 0; blade < 4; blade++) {
    canvas.rotate(Math.PI / 2);
    box(canvas, -6, -40, 12, 40, '#a9afb9', 6);
  }
  canvas.restore();
  disc(canvas, 1180, 470, 9, cycle(time, 10) < 0.5 ? '#ff5d4d' : '#5a2f33');
  box(canvas, 1176, 478, 8, 90, '#6b707c');
  const x = cycle(time, 1) * 1600 - 160;
  disc(canvas, x, 96 + x / 30, 4, '#ffffff');
  disc(canvas, x - 26, 98 + x / 30, 3, cycle(time, 20) < 0.5 ? '#ff6b5d' : 'rgba(255,107,93,0.2)');
};

const drawings: readonly Scene[] = [
  carPark,
  harbour,
  corridor,
  crossroads,
  garden,
  serverRoom,
  loadingDock,
  reception,
  rooftop,
];

/**
 * Draws one frame with the camera's name and the frame's number.
 * @param scene index into the scenes  @param frame from 0  @param frames in the loop
 */
export function drawFrame(canvas: Canvas, scene: number, name: string, frame: number, frames: number): void {
  canvas.setTransform(1, 0, 0, 1, 0, 0);
  drawings[scene]?.(canvas, frame / frames);
  const number = String(frame).padStart(4, '0');
  const label = `${String(scene + 1).padStart(2, '0')}  ${name}`;
  canvas.font = '600 38px "DejaVu Sans", sans-serif';
  const labelWidth = canvas.measureText(label).width;
  box(canvas, 24, 640, labelWidth + 40, 58, 'rgba(12,16,22,0.72)', 10);
  canvas.fillStyle = '#f4f6f8';
  canvas.fillText(label, 44, 683);
  canvas.font = '600 38px "DejaVu Sans Mono", monospace';
  box(canvas, 1104, 640, 152, 58, 'rgba(12,16,22,0.72)', 10);
  canvas.fillStyle = '#f4f6f8';
  canvas.fillText(number, 1132, 683);
}
