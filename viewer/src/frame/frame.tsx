// The frame around every place: header, navigation, side panel, the slider of time, and the keys that work everywhere.

import { Component, type ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type Address, textOf } from "../address.ts";
import { LibraryRevisionContext, useAsker } from "../asking.ts";
import type { LibraryChange } from "../interface.ts";
import { KEYS, KEYS_WITH_FOCUS, type KeyLine, isTyping, listenToKeys, useKeys } from "../keyboard.ts";
import { followChanges, throttled } from "../live.ts";
import { go, goInstead, useAddress } from "../location.ts";
import { counted } from "../parts/format.ts";
import { Failed, Notice } from "../parts/notice.tsx";
import type { Place } from "../places/place.ts";
import { nextTheme } from "../theme.ts";
import { Header } from "./header.tsx";
import { KeyHelp } from "./key_help.tsx";
import { Navigation } from "./navigation.tsx";
import { RolloutProvider, useRollout } from "./rollout_context.tsx";
import { SidePanel } from "./side_panel.tsx";
import { TimeSlider } from "./time_slider.tsx";
import { withVisibleMarks } from "../parts/visible_text.tsx";

/** All keys: those of the page, and those that lead to its places. */
export function keyTable(places: ReadonlyArray<Place>): ReadonlyArray<KeyLine> {
  const toPlaces = places.filter((place) => place.key !== null).map((place) => ({
    keys: `g ${place.key}`,
    where: place.of === "rollout" ? "a rollout" : "everywhere",
    does: `go to ${place.title}`,
  }));
  return [...KEYS, ...toPlaces];
}

export function Frame({ places }: { places: ReadonlyArray<Place> }) {
  const address = useAddress();
  const { isEnclosed } = useAsker().source;
  const [showsKeys, setShowsKeys] = useState(false);
  useEffect(() => listenToKeys(() => keyTable(places)), [places]);
  useFocusOnNewPlace(address);

  const goTo = (place: Place) => {
    if (place.of === "bundles") go({ bundle: null, place: place.name });
    else if (address.bundle === null) return false;
    else go({ place: place.name });
    return true;
  };
  useKeys({
    "?": () => setShowsKeys(true),
    d: nextTheme,
    Escape: () => {
      if (address.select === null) return false;
      goInstead({ select: null });
      return true;
    },
    o: () => {
      if (address.select === null) return false;
      go({ place: "object", object: address.select, select: null });
      return true;
    },
    ...Object.fromEntries(places.filter((place) => place.key !== null).map((place) => [`g ${place.key}`, () => goTo(place)])),
  });

  const place = places.find((candidate) => candidate.name === address.place && (candidate.of === "rollout") === (address.bundle !== null));
  const title = place?.title ?? address.place;
  const shown = (
    <Guarded key={`${address.bundle} ${address.place}`}>
      {place === undefined ? <NoSuchPlace address={address} /> : <place.component address={address} />}
    </Guarded>
  );
  return (
    <LibraryProvider>
      <a class="skip" href="#content" onClick={skipToContent}>
        Skip to what is shown
      </a>
      {address.bundle === null ? (
        <div class="frame">
          <Title words={[title]} />
          <Header onKeys={() => setShowsKeys(true)} />
          <Navigation places={places} />
          <main id="content" class="frame-main" tabIndex={-1}>
            {shown}
          </main>
        </div>
      ) : (
        <RolloutProvider key={address.bundle} bundle={address.bundle} at={address.at}>
          <div class="frame frame-rollout">
            <RolloutTitle place={title} />
            <Header onKeys={() => setShowsKeys(true)} />
            <Navigation places={places} />
            <main id="content" class="frame-main" tabIndex={-1}>
              <IfReadable>{shown}</IfReadable>
            </main>
            <SidePanel />
            {isEnclosed ? <EnclosedMoment /> : <TimeSlider />}
          </div>
        </RolloutProvider>
      )}
      {showsKeys && <KeyHelp table={[...keyTable(places), ...KEYS_WITH_FOCUS]} onClose={() => setShowsKeys(false)} />}
    </LibraryProvider>
  );
}

const LIST_SHOWN_AGAIN_MS = 1_000;

/** Follows the list of bundles, while it is looked at. */
function LibraryProvider({ children }: { children: ComponentChildren }) {
  const asker = useAsker();
  const isLooked = useAddress().bundle === null;
  const [revision, setRevision] = useState(() => asker.newRevision());
  useEffect(() => {
    const address = asker.source.changes(null);
    if (!isLooked || address === null) return undefined;
    const show = throttled<LibraryChange>(LIST_SHOWN_AGAIN_MS, () => setRevision(asker.newRevision()));
    const stop = followChanges<LibraryChange>(address, show.tell, () => {});
    return () => {
      stop();
      show.stop();
    };
  }, [asker, isLooked]);
  return <LibraryRevisionContext.Provider value={revision}>{children}</LibraryRevisionContext.Provider>;
}

/** What is shown of a bundle; if the bundle itself cannot be read, that is said once, and not by every part. */
function IfReadable({ children }: { children: ComponentChildren }) {
  const { head } = useRollout();
  if (head.answer === undefined && head.error !== undefined) return <Failed sentence={head.error} retry={head.retry} />;
  return <>{children}</>;
}

/** In place of the slider: an exported file cannot go back in time. */
function EnclosedMoment() {
  const { head } = useRollout();
  return (
    <footer class="frame-time" aria-label="Time">
      <span class="quiet">An exported file: {head.answer === undefined ? "" : `${counted(head.answer.events, "event")} of the log, as they were when it was written`}</span>
    </footer>
  );
}

function RolloutTitle({ place }: { place: string }) {
  const { head } = useRollout();
  return <Title words={[place, head.answer?.name ?? ""]} />;
}

function Title({ words }: { words: ReadonlyArray<string> }) {
  const title = withVisibleMarks([...words, "rollout-trace"].filter((word) => word !== "").join(" · "));
  useEffect(() => {
    document.title = title;
  }, [title]);
  return null;
}

function NoSuchPlace({ address }: { address: Address }) {
  return (
    <Notice kind="warning">
      This page has no place “{address.place}”. <a href="#/">Show the bundles</a>
    </Notice>
  );
}

/** Who went to another place, by a key, a link or Back, goes on from what it shows. */
function useFocusOnNewPlace({ bundle, place, object }: Address): void {
  const shown = [bundle, place, object === null ? "" : textOf(object)].join(" ");
  const before = useRef(shown);
  useEffect(() => {
    if (before.current === shown) return;
    before.current = shown;
    const content = document.getElementById("content");
    const focused = document.activeElement;
    if (content !== null && !content.contains(focused) && !isTyping(focused)) content.focus({ preventScroll: true });
  }, [shown]);
}

function skipToContent(event: Event): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

/** A place that cannot be shown says so in its room; the frame stays. */
class Guarded extends Component<{ children: ComponentChildren }, { error: string | null }> {
  override state: { error: string | null } = { error: null };

  static override getDerivedStateFromError(error: unknown): { error: string } {
    return { error: error instanceof Error ? error.message : String(error) };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return <Failed sentence={`This place cannot be shown: ${this.state.error}`} retry={() => this.setState({ error: null })} />;
  }
}
