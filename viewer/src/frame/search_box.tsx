// The search box: in a rollout it leads to the place of search, in the list of bundles it chooses among them.

import { useEffect, useRef } from "preact/hooks";
import { useKeys } from "../keyboard.ts";
import { go, goInstead, useAddress } from "../location.ts";

/** How long after the last key the list of bundles is asked for, in milliseconds. */
const PAUSE_MS = 250;

export function SearchBox() {
  const address = useAddress();
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const inRollout = address.bundle !== null;
  const words = address.options["text"] ?? "";
  useEffect(() => {
    if (input.current !== null && document.activeElement !== input.current) input.current.value = words;
  }, [words]);
  useEffect(() => () => clearTimeout(timer.current), [inRollout]);
  useKeys({
    "/": () => {
      input.current?.focus();
      input.current?.select();
    },
    Escape: () => {
      if (document.activeElement !== input.current) return false;
      input.current?.blur();
      return true;
    },
  });
  const search = (text: string) => {
    clearTimeout(timer.current);
    if (inRollout) {
      if (text !== "") go({ place: "search", object: null, options: { text } });
    } else if (address.place === "bundles") {
      const { text: _, ...others } = address.options;
      goInstead({ options: text === "" ? others : { ...others, text } });
    } else {
      go({ place: "bundles", options: text === "" ? {} : { text } });
    }
  };
  return (
    <form
      role="search"
      class="frame-search"
      onSubmit={(event) => {
        event.preventDefault();
        if (inRollout) input.current?.blur(); // the next keys are for the hits
        search(input.current?.value.trim() ?? "");
      }}
    >
      <input
        ref={input}
        type="search"
        autocomplete="off"
        aria-label={inRollout ? "Search in all text of this rollout" : "Choose among the bundles"}
        placeholder={inRollout ? "Search this rollout" : "Filter bundles"}
        defaultValue={words}
        spellcheck={false}
        onInput={(event) => {
          if (inRollout) return;
          const text = event.currentTarget.value.trim();
          clearTimeout(timer.current);
          timer.current = setTimeout(() => search(text), PAUSE_MS);
        }}
      />
      <kbd aria-hidden="true">/</kbd>
    </form>
  );
}
