// Browsers start no worker for a page that was opened as a file: what it would do is done in a hidden frame.
if (location.protocol === "file:")
  window.Worker = class {
    constructor(script) {
      this.frame = Object.assign(document.createElement("iframe"), { hidden: true });
      document.body.append(this.frame);
      this.inside = this.frame.contentWindow;
      this.frame.answer = (data) => this.later((event) => this.onmessage?.(event), data);
      this.started = new Promise((start) => {
        this.frame.started = start;
        this.inside.document.open();
        this.inside.document.write(
          `<script>postMessage = (data) => frameElement.answer(data)</script>
           <script src="${script}" onload="frameElement.started()"></script>`
        );
        this.inside.document.close();
      });
    }
    postMessage(data) {
      this.started.then(() => this.later((event) => this.inside.onmessage(event), data));
    }
    later(take, data) {
      const event = { data: structuredClone(data) };
      setTimeout(() => take(event));
    }
    terminate() {
      this.frame.remove();
    }
  };
