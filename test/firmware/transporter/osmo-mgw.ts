/** A real osmo-mgw of a test's own, on a loopback address that no other one has (its VTY port cannot be chosen). */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ownAddress } from "../../own-address.ts";

export const osmoMgwIsInstalled = spawnSync("osmo-mgw", ["--version"]).error === undefined;

const vtyPort = 4243;
const prompt = "OsmoMGW> ";

function configuration(address: string): string {
  return `log stderr
 logging filter all 1
 logging level set-all error
line vty
 no login
 bind ${address}
ctrl
 bind ${address}
mgcp
 domain mgw
 bind ip ${address}
 bind port 2427
 rtp port-range 20000 20999
 rtp bind-ip ${address}
 no rtp ip-probing
 no rtp keep-alive
 rtcp-omit
 number endpoints 200
 loop 0
 force-realloc 0
 sdp audio payload number 8
 sdp audio payload name PCMA/8000
 osmux off
`;
}

export class OsmoMgw {
  readonly address = ownAddress;
  readonly #directory = mkdtempSync(join(tmpdir(), "osmo-mgw-"));
  #process: ChildProcess | undefined;

  /** Resolves when its VTY answers. */
  async start(): Promise<void> {
    const file = join(this.#directory, "osmo-mgw.cfg");
    writeFileSync(file, configuration(this.address));
    this.#process = spawn("osmo-mgw", ["-c", file], { stdio: "ignore" });
    for (let tries = 0; ; tries++) {
      try {
        await this.vty("show mgcp active");
        return;
      } catch (error) {
        if (tries > 100) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process?.once("exit", resolve));
    this.#process?.kill("SIGKILL");
    await ended;
    rmSync(this.#directory, { recursive: true });
  }

  /** What the VTY says to a command. */
  vty(command: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(vtyPort, this.address);
      let text = "";
      let prompts = 0;
      socket.setTimeout(5000, () => socket.destroy(new Error("the VTY is silent")));
      socket.on("data", (data) => {
        text += data.toString("latin1");
        if (!text.endsWith(prompt)) return;
        if (++prompts === 1) socket.write(`${command}\r\n`);
        else socket.end();
      });
      socket.once("error", reject);
      socket.once("close", () => resolve(text));
    });
  }

  /** The connections that it has, `rtpbridge/1@mgw` once for each. */
  async connections(): Promise<readonly string[]> {
    const connections: string[] = [];
    let endpoint = "";
    const text = await this.vty("show mgcp active");
    if (!/Virtual trunk 0 with/.test(text)) throw new Error(`the VTY says ${text}`);
    for (const line of text.split(/\r?\n/)) {
      endpoint = /endpoint (\S+):/.exec(line)?.[1] ?? endpoint;
      if (/CONN:/.test(line)) connections.push(endpoint);
    }
    return connections;
  }
}
