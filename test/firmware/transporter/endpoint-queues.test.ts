import fc from "fast-check";
import { expect, it } from "vitest";
import { EndpointQueues } from "../../../firmware/transporter/endpoint-queues.ts";

interface Job {
  readonly name: number;
  readonly circuits: readonly number[];
}

it("jobs with an endpoint in common run one after the other in their order, others side by side", () => {
  const queues = new EndpointQueues<Job>();
  const [a, b, c, d] = [[1, 2], [2, 3], [4], [3, 1]].map((circuits, name) => ({ name, circuits }));
  expect([a, b, c, d].map((job) => queues.add(job))).toEqual([true, false, true, false]);
  expect(queues.remove(c)).toEqual([]);
  expect(queues.remove(a)).toEqual([b]);
  expect(queues.remove(b)).toEqual([d]);
  expect(queues.remove(d)).toEqual([]);
  expect(queues.size).toBe(0);
});

it("every job gets its turn, and never before an earlier one with the same endpoint", () => {
  const circuits = fc.uniqueArray(fc.nat(5), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(fc.array(circuits, { maxLength: 30 }), fc.infiniteStream(fc.nat(1000)), (all, choices) => {
      const queues = new EndpointQueues<Job>();
      const jobs: Job[] = all.map((each, name) => ({ name, circuits: each }));
      const running = jobs.filter((job) => queues.add(job));
      const done: Job[] = [];
      while (running.length > 0) {
        const [job] = running.splice(choices.next().value % running.length, 1);
        done.push(job);
        running.push(...queues.remove(job));
      }
      expect(done).toHaveLength(jobs.length);
      for (let circuit = 0; circuit < 6; circuit++) {
        const order = done.filter((job) => job.circuits.includes(circuit)).map((job) => job.name);
        expect(order).toEqual(order.toSorted((one, other) => one - other));
      }
    }),
  );
});
