/** How a button that opens a place is worked: Alt opens it beside, with the pointer and with the keyboard. */

interface Opening {
  onClick: (event: MouseEvent) => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

export function opening(open: (beside: boolean) => void): Opening {
  return {
    onClick: (event) => open(event.altKey),
    onKeyDown: (event) => {
      // With Alt held down, a browser makes no click of Enter.
      if (event.key !== "Enter" || !event.altKey) return;
      event.preventDefault();
      open(true);
    },
  };
}
