/** Draws a picture when it is there, in its own size. @returns what ends the waiting, for an effect or an attachment */
export function drawPicture(canvas: HTMLCanvasElement, coming: Promise<ImageBitmap | null>): () => void {
  let gone = false;
  void coming.then((picture) => {
    if (gone || picture === null) return;
    canvas.width = picture.width;
    canvas.height = picture.height;
    canvas.getContext('2d')?.drawImage(picture, 0, 0);
    canvas.dataset.drawn = 'true';
  });
  return () => {
    gone = true;
  };
}
