/** The function of a card, made from its configuration and what its disk remembers. */
import type { Application } from "../../firmware/card/application.ts";
import { readLines } from "../../firmware/card/line-file.ts";
import type { Card, RackConfiguration } from "../../firmware/configuration/rack-schema.ts";
import type { Storage } from "../../hal/storage.ts";
import type { ValueStore } from "../../hal/value-store.ts";

/** What a card keeps: files of lines, and values where its application has any. */
export interface Disk {
  readonly storage: Storage;
  readonly values: ValueStore | undefined;
}

/** Only what this kind of card needs is loaded. */
export async function createApplication(
  card: Card,
  configuration: RackConfiguration,
  disk: Disk,
): Promise<Application> {
  switch (card.kind) {
    case "lim": {
      const { LinkInterfaceModule } = await import("../../firmware/lim/link-interface-module.ts");
      return new LinkInterfaceModule(configuration, card.slot);
    }
    case "transporter": {
      const { Transporter } = await import("../../firmware/transporter/transporter.ts");
      return new Transporter(configuration, card.slot);
    }
    case "call-server": {
      const { CallServer } = await import("../../firmware/call-server/call-server.ts");
      const { blockingKey } = await import("../../firmware/call-server/blocking-disk.ts");
      const { callDetailFile } = await import("../../firmware/call-server/call-detail-log.ts");
      const storedBlocking = disk.values?.get(blockingKey);
      return new CallServer(configuration, card.slot, {
        storedCdrs: readLines(disk.storage, callDetailFile),
        ...(storedBlocking && { storedBlocking }),
      });
    }
  }
}
