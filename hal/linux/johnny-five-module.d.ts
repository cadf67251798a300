/** As much of johnny-five and firmata-io as is used here: neither brings types. */
declare module "johnny-five" {
  interface Component {
    on(event: string, listener: (...values: never[]) => void): void;
  }
  interface Board extends Component {
    once(event: "ready", listener: () => void): void;
  }
  interface Pin extends Component {
    high(): void;
    low(): void;
  }
  const johnnyFive: {
    readonly Board: new (options: object) => Board;
    readonly Pin: new (options: object) => Pin;
    readonly Switch: new (options: object) => Component;
  };
  export = johnnyFive;
}

declare module "firmata-io" {
  const firmata: {
    readonly Firmata: new (transport: object, options: object) => import("./johnny-five-panel.ts").FrontPanelIo;
  };
  export = firmata;
}
