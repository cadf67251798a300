/** What a card's image is made of, besides the firmware. */

export interface ImagePackage {
  readonly name: string;
  /** What of it goes into the root of the card: path there, path in the package. */
  readonly files: readonly (readonly [into: string, from: RegExp])[];
}

/** Where Debian's arm64 has its libraries. */
const libraries = /^(?:usr\/)?lib\/aarch64-linux-gnu\/([^/]+\.so(?:\.[^/]+)?)$/;
const library = (name: string): ImagePackage => ({ name, files: [["lib/", libraries]] });

/** The kernel is found by what this package depends on. */
export const kernelMetaPackage = "linux-image-arm64";
/** The files that the Raspberry Pi's own processor boots from. */
export const bootFirmwarePackage = "raspi-firmware";

export const rootPackages: readonly ImagePackage[] = [
  { name: "busybox-static", files: [["bin/busybox", /^(?:usr\/)?bin\/busybox$/]] },
  {
    name: "libc6",
    files: [
      ["lib/", /^(?:usr\/)?lib\/aarch64-linux-gnu\/((?:libc|libm|libdl|libpthread|librt|libresolv)\.so\.[^/]+)$/],
      ["lib/ld-linux-aarch64.so.1", /^(?:usr\/)?lib\/aarch64-linux-gnu\/ld-linux-aarch64\.so\.1$/],
    ],
  },
  library("libgcc-s1"),
  { name: "libstdc++6", files: [["lib/", /^(?:usr\/)?lib\/aarch64-linux-gnu\/(libstdc\+\+\.so\.[^/]+)$/]] },
  { name: "util-linux", files: [["bin/chrt", /^(?:usr\/)?bin\/chrt$/]] },
  { name: "iproute2", files: [["bin/ip", /^(?:usr\/)?bin\/ip$/]] },
  ...["libbpf1", "libelf1", "libmnl0", "libcap2", "zlib1g", "libselinux1", "libpcre2-8-0", "libbsd0", "libmd0"].map(
    library,
  ),
];
