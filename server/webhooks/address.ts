// Which addresses a webhook may be sent to: those that anybody on the internet could reach. Never one of this machine,
// of the network that it stands in, or of a cloud's inside, in whatever notation or embedding.
import ipaddr from "ipaddr.js";

/** Public by their range, and yet the inside of a cloud. */
const insides: ReadonlySet<string> = new Set(["168.63.129.16"]);
/** Beyond it nothing is given out to anybody. */
const [GLOBAL_UNICAST, PREFIX_LENGTH] = ipaddr.parseCIDR("2000::/3");

/** Whether it is an address in the narrow notation of sockets, and a public one. */
export const isPublicAddress = (address: string): boolean => {
  if (address.includes("%") || !isPlain(address)) return false;
  const parsed = ipaddr.parse(address);
  // What carries an IPv4 address inside (mapped, translated, 6to4, Teredo) has a range of its own.
  if (parsed.range() !== "unicast" || insides.has(parsed.toString())) return false;
  return parsed.kind() === "ipv4" || parsed.match(GLOBAL_UNICAST, PREFIX_LENGTH);
};

const isPlain = (address: string): boolean =>
  address.includes(":") ? ipaddr.IPv6.isValid(address) : ipaddr.IPv4.isValidFourPartDecimal(address);
