// The browser's location as an `Address`: who shows something asks here, and who wants another address goes here.
//
// Each entry of the browser's history has a key of its own, under which scroll positions are kept, so that Back, Forward
// and Reload find a list where it was left.

import { useEffect, useState } from "preact/hooks";
import { type Address, HOME, addressOf, hashOf } from "./address.ts";

type Change = Partial<Address>;

const listeners = new Set<() => void>();
let shown = "";
let current: Address = HOME;
let entryKey = "";

/** Begin to follow the browser's location. Returns how to stop. */
export function followLocation(): () => void {
  read();
  addEventListener("hashchange", read);
  addEventListener("popstate", read);
  return () => {
    removeEventListener("hashchange", read);
    removeEventListener("popstate", read);
  };
}

/** The address that is shown now. */
export function currentAddress(): Address {
  return current;
}

/** The key of this entry of the browser's history. */
export function currentEntry(): string {
  return entryKey;
}

/** The address that is shown; the component is shown anew when it changes. */
export function useAddress(): Address {
  const [address, setAddress] = useState(current);
  useEffect(() => {
    const tell = () => setAddress(current);
    listeners.add(tell);
    tell();
    return () => {
      listeners.delete(tell);
    };
  }, []);
  return address;
}

/** The address that differs from the one shown in a few things. What belongs to a place goes when the place changes. */
export function changed(change: Change, from: Address = current): Address {
  const isElsewhere =
    (change.place !== undefined && change.place !== from.place) ||
    (change.bundle !== undefined && change.bundle !== from.bundle);
  const kept = isElsewhere ? { ...from, object: null, sides: null, options: {} } : from;
  const isOtherBundle = change.bundle !== undefined && change.bundle !== from.bundle;
  return { ...kept, ...(isOtherBundle ? { at: null, select: null } : {}), ...change };
}

/** The `href` of a link to an address that differs from the one shown. */
export function hrefTo(change: Change): string {
  return hashOf(changed(change));
}

/** Show something else; Back leads here. */
export function go(change: Change): void {
  const hash = hashOf(changed(change));
  if (hash === location.hash) return;
  history.pushState({ key: newKey() }, "", hash);
  read();
}

/** Show something else in place of this: Back leads to where it led before. For what changes in small steps. */
export function goInstead(change: Change): void {
  history.replaceState({ key: entryKey }, "", hashOf(changed(change)));
  read();
}

/** What the place remembers of itself in the address: a value, and how to set it (in place, without a step of Back). */
export function useOption(name: string, otherwise = ""): [string, (value: string) => void] {
  const value = useAddress().options[name] ?? otherwise;
  const set = (next: string) => {
    const { [name]: _, ...others } = current.options;
    goInstead({ options: next === otherwise ? others : { ...others, [name]: next } });
  };
  return [value, set];
}

function read(): void {
  const state: unknown = history.state;
  const known = typeof state === "object" && state !== null && "key" in state ? state.key : undefined;
  if (typeof known === "string") {
    entryKey = known;
  } else {
    entryKey = newKey();
    history.replaceState({ key: entryKey }, "");
  }
  if (location.hash === shown && shown !== "") return;
  shown = location.hash;
  current = addressOf(shown);
  for (const tell of [...listeners]) tell();
}

let keysGiven = 0;

function newKey(): string {
  keysGiven += 1;
  return `${Date.now().toString(36)}.${keysGiven}`;
}
