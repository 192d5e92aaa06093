// Which currency an amount's own text may name: ISO 4217 codes, and the signs that are read as one of them.
// A fixed list: what Intl knows depends on the ICU data of the runtime, and one event must be read alike everywhere.

// The active codes, funds and metals included, and those withdrawn since 2020 (ANG BGN CUC HRK SLL ZWL): late events
// still carry them.
const codes = `
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF
CHW CLF CLP CNY COP COU CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD
HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL
MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD
RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD
USN UYI UYU UYW UZS VED VES VND VUV WST XAD XAF XAG XAU XBA XBB XBC XBD XCD XCG XDR XOF XPD XPF XPT XSU XTS XUA XXX YER
ZAR ZMW ZWG ZWL`;

/** ISO 4217 codes, in capitals. */
export const currencyCodes: ReadonlySet<string> = new Set(codes.trim().split(/\s+/));

/** The signs that are read as a currency; the unit they give is a reading, so it comes with a warning. */
export const currencySigns: ReadonlyMap<string, string> = new Map([
  ["€", "EUR"],
  ["£", "GBP"],
  ["$", "USD"],
  ["₹", "INR"],
  ["¥", "JPY"],
]);
