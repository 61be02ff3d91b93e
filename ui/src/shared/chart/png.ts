/**
 * A drawing as a picture. Its parts are drawn one by one, in the colours that the page gives them: the page's policy
 * lets no image be loaded from a `blob:` or `data:` address, so the browser cannot draw the whole of it.
 */
export async function pngOf(svg: SVGSVGElement, ground: string, scale = 2): Promise<Blob | undefined> {
  const canvas = document.createElement('canvas');
  canvas.width = svg.clientWidth * scale;
  canvas.height = svg.clientHeight * scale;
  const pen = canvas.getContext('2d');
  if (!pen) return undefined;
  pen.scale(scale, scale);
  pen.fillStyle = ground;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  for (const part of svg.querySelectorAll<SVGElement>('path, text, rect, circle')) draw(pen, part);
  return new Promise((resolve) => {
    canvas.toBlob((blob) => resolve(blob ?? undefined), 'image/png');
  });
}

function draw(pen: CanvasRenderingContext2D, part: SVGElement): void {
  if (part.closest('clipPath') || part.classList.contains('lens')) return;
  const style = getComputedStyle(part);
  const number = (name: string) => Number(part.getAttribute(name) ?? 0);
  pen.save();
  const clip = part.closest('[clip-path]')?.getAttribute('clip-path')?.match(/#([\w-]+)/)?.[1];
  const window = clip === undefined ? undefined : part.ownerSVGElement?.querySelector<SVGRectElement>(`#${clip} rect`);
  if (window) {
    const of = (name: string) => Number(window.getAttribute(name) ?? 0);
    pen.beginPath();
    pen.rect(of('x'), of('y'), of('width'), of('height'));
    pen.clip();
  }
  pen.globalAlpha = Number(style.opacity) || 0;
  pen.lineWidth = Number.parseFloat(style.strokeWidth) || 1;
  pen.setLineDash(style.strokeDasharray === 'none' ? [] : style.strokeDasharray.split(/[ ,]+/).map(Number.parseFloat));
  if (part.tagName === 'text') {
    pen.fillStyle = style.fill;
    pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    pen.textAlign = style.textAnchor === 'middle' ? 'center' : style.textAnchor === 'end' ? 'right' : 'left';
    pen.fillText(part.textContent ?? '', number('x'), number('y'));
  } else {
    const path = pathOf(part, number);
    if (style.fill !== 'none') {
      pen.fillStyle = style.fill;
      pen.fill(path);
    }
    if (style.stroke !== 'none') {
      pen.strokeStyle = style.stroke;
      pen.stroke(path);
    }
  }
  pen.restore();
}

function pathOf(part: SVGElement, number: (name: string) => number): Path2D {
  if (part.tagName === 'path') return new Path2D(part.getAttribute('d') ?? '');
  const path = new Path2D();
  if (part.tagName === 'rect') path.rect(number('x'), number('y'), number('width'), number('height'));
  else path.arc(number('cx'), number('cy'), number('r'), 0, 2 * Math.PI);
  return path;
}
