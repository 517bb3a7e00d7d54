// What is measured in the JavaScript sandboxes, and the worker around it: lines such as `trivial 100` in, one line of JSON
// for each out, with how long each run took in microseconds.

import { createInterface } from 'node:readline';

const items = Array.from({ length: 100 }, (_, i) => ({ id: `rm-${i}`, name: `Raw material ${i}`, stock: (i * 37) % 101, minimum: 20 }));

// What the host answers, made beforehand: a hundred rows, some 6 KB.
export const page = JSON.stringify({ items });

export const programs = {
  trivial: { source: 'return 1 + 1', expected: '2' },
  ten: {
    source: `
const rows = [];
for (let page = 0; page < 10; page++) rows.push(...(await app.rawMaterials.list({ page })).items);
const low = rows.filter((item) => item.stock < item.minimum);
low.sort((a, b) => a.stock - b.stock);
return { rows: rows.length, low: low.length, worst: low.slice(0, 5).map((item) => item.name) };
`,
    expected: JSON.stringify({ rows: 1000, low: 200, worst: Array(5).fill('Raw material 0') }),
  },
};

// `app` over a function of the host that takes and gives JSON text.
export const prelude = `
const app = { rawMaterials: { list: async (given) => JSON.parse(ask(JSON.stringify(given))) } };
`;

export async function serve(run) {
  for await (const line of createInterface({ input: process.stdin })) {
    const [name, times] = line.split(' ');
    const { source, expected } = programs[name];
    const took = [];
    for (let n = 0; n < Number(times); n++) {
      const start = process.hrtime.bigint();
      const result = await run(source);
      took.push(Number(process.hrtime.bigint() - start) / 1000);
      if (result !== expected) throw new Error(`${name}: ${result}`);
    }
    console.log(JSON.stringify({ took }));
  }
}
