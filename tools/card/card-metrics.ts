/** The figures of the card that runs here, for Prometheus to fetch over HTTP: GET /metrics. */
import { createServer, type ServerResponse } from "node:http";
import { Counter, Gauge, Registry } from "prom-client";
import type { Milestone } from "../../firmware/backplane/membership.ts";
import { type CardFigures, type Metric, metrics } from "../../firmware/metrics/card-metrics.ts";
import type { SocketAddress } from "../../hal/socket-address.ts";
import type { CardAlarms } from "./card-alarms.ts";

/** Whoever scrapes comes alone; a few more may look. */
const connectionsMax = 8;
const requestMillis = 5_000;

export class CardMetrics {
  readonly #alarms: CardAlarms;
  readonly #steps = new Map<Milestone, number>();
  readonly #startedAtMillis = Date.now();
  readonly #registry = new Registry();

  /** @param rack its name: all metrics bear it, and the slot */
  constructor(alarms: CardAlarms, rack: string) {
    this.#alarms = alarms;
    this.#registry.setDefaultLabels({ rack, slot: alarms.sight().slot });
    for (const metric of metrics) this.#register(metric);
  }

  /** A step of a switchover was taken. */
  count(step: Milestone): void {
    this.#steps.set(step, (this.#steps.get(step) ?? 0) + 1);
  }

  /** @param failed a sentence when nothing can be told there: the card goes on without */
  serve({ address, port }: SocketAddress, failed: (text: string) => void): void {
    const server = createServer(
      { requestTimeout: requestMillis, headersTimeout: requestMillis },
      (request, response) => {
        if (request.url !== "/metrics") answer(response, 404, "only /metrics is here\n");
        else if (request.method !== "GET" && request.method !== "HEAD") answer(response, 405, "only GET\n");
        else void this.#tell(response);
      },
    );
    server.maxConnections = connectionsMax;
    server.on("error", (error: NodeJS.ErrnoException) => {
      failed(`metrics cannot be told on ${address}:${port}: ${error.code ?? error.message}`);
    });
    server.listen(port, address);
  }

  async #tell(response: ServerResponse): Promise<void> {
    const text = await this.#registry.metrics();
    response.setHeader("Content-Type", this.#registry.contentType);
    answer(response, 200, text);
  }

  #figures(): CardFigures {
    const { rss, heapUsed } = process.memoryUsage();
    return {
      ...this.#alarms.sight(),
      alarms: this.#alarms.standing(),
      steps: this.#steps,
      residentOctets: rss,
      heapOctets: heapUsed,
      startedAtMillis: this.#startedAtMillis,
    };
  }

  #register({ name, help, kind, labels, samples }: Metric): void {
    const options = { name, help, labelNames: [...labels], registers: [this.#registry] };
    const figures = () => this.#figures();
    if (kind === "gauge") {
      new Gauge({
        ...options,
        collect() {
          this.reset();
          for (const sample of samples(figures())) this.set({ ...sample.labels }, sample.value);
        },
      });
      return;
    }
    // The processors count for themselves, so what was there goes, and what they say comes.
    new Counter({
      ...options,
      collect() {
        this.reset();
        for (const sample of samples(figures())) this.inc({ ...sample.labels }, sample.value);
      },
    });
  }
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader("Connection", "close");
  response.end(text);
}
