package io.bootdistill.examples.report;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;

/** Writes HTML: text is escaped, pictures are embedded, and nothing is loaded from elsewhere. */
final class HtmlReport {

    private static final String STYLE = """
            body { font: 15px/1.5 system-ui, sans-serif; color: #1d2329; }
            body { max-width: 1120px; margin: 2rem auto; padding: 0 1.2rem; }
            h1 { font-size: 1.6rem; margin: 0; }
            h2 { font-size: 1.15rem; margin: 2.2rem 0 .5rem; }
            p { margin: .3rem 0 .8rem; max-width: 46rem; color: #4a545e; }
            .alarm { color: #fff; background: #b3261e; padding: .5rem .8rem; border-radius: 4px; max-width: none; }
            .figures { display: flex; flex-wrap: wrap; gap: 1rem 2.6rem; margin: 1.2rem 0; }
            .figures b { display: block; font-size: 1.45rem; font-weight: 600; }
            .figures span { color: #4a545e; font-size: .85rem; }
            .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(420px, 1fr)); gap: 1.2rem; }
            svg { width: 100%; height: auto; }
            svg text { font: 11px system-ui, sans-serif; fill: #4a545e; }
            svg text.title { font-size: 13px; font-weight: 600; fill: #1d2329; }
            svg polyline { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
            svg .grid { stroke: #e3e7eb; } svg .axis { stroke: #8a949e; }
            svg .level { stroke: #8a949e; stroke-dasharray: 5 4; }
            table { border-collapse: collapse; }
            th, td { padding: .25rem .9rem .25rem 0; text-align: right; font-variant-numeric: tabular-nums; }
            th { font-weight: 600; border-bottom: 1px solid #c4cbd2; } th:first-child, td:first-child { text-align: left; }
            tr.own td { font-weight: 600; }
            .samples th { text-align: left; border: 0; padding-bottom: .3rem; }
            .samples td { padding: 0 1.1rem 3px 0; text-align: left; }
            .samples img { display: block; image-rendering: pixelated; }
            details { margin-top: 2.2rem; } summary { cursor: pointer; font-weight: 600; }
            """;

    private final StringBuilder html = new StringBuilder();

    HtmlReport(String title) {
        html.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>")
                .append(escape(title)).append("</title>\n<style>\n").append(STYLE).append("</style>\n</head>\n<body>\n<h1>")
                .append(escape(title)).append("</h1>\n");
    }

    HtmlReport heading(String text) {
        html.append("<h2>").append(escape(text)).append("</h2>\n");
        return this;
    }

    HtmlReport paragraph(String text) {
        html.append("<p>").append(escape(text)).append("</p>\n");
        return this;
    }

    /** A paragraph that cannot be overlooked. */
    HtmlReport alarm(String text) {
        html.append("<p class=\"alarm\">").append(escape(text)).append("</p>\n");
        return this;
    }

    /** Large numbers with what they are below them. */
    HtmlReport figures(Map<String, String> figures) {
        html.append("<div class=\"figures\">\n");
        figures.forEach((name, value) -> html.append("<div><b>").append(escape(value)).append("</b><span>")
                .append(escape(name)).append("</span></div>\n"));
        html.append("</div>\n");
        return this;
    }

    HtmlReport charts(List<SvgChart> charts) {
        html.append("<div class=\"charts\">\n");
        charts.stream().filter(chart -> !chart.isEmpty()).forEach(chart -> html.append(chart.svg()));
        html.append("</div>\n");
        return this;
    }

    /** A table of text; the last row is set apart. */
    HtmlReport table(List<String> header, List<List<String>> rows) {
        html.append("<table>\n").append(row("", "th", header));
        for (int i = 0; i < rows.size(); i++) {
            html.append(row(i == rows.size() - 1 ? " class=\"own\"" : "", "td", rows.get(i)));
        }
        html.append("</table>\n");
        return this;
    }

    private static String row(String attributes, String tag, List<String> cells) {
        StringBuilder row = new StringBuilder("<tr" + attributes + ">");
        cells.forEach(cell -> row.append(String.format("<%s>%s</%s>", tag, escape(cell), tag)));
        return row.append("</tr>\n").toString();
    }

    /** Pictures in a table, each with the width given in pixels of the screen. */
    HtmlReport pictures(List<String> header, List<String> rowNames, List<List<BufferedImage>> rows, int width)
            throws IOException {
        html.append("<table class=\"samples\">\n").append(row("", "th", header));
        for (int i = 0; i < rows.size(); i++) {
            html.append("<tr><td>").append(escape(rowNames.get(i))).append("</td>");
            for (BufferedImage picture : rows.get(i)) {
                html.append("<td><img width=\"").append(width).append("\" alt=\"\" src=\"data:image/png;base64,")
                        .append(png(picture)).append("\"></td>");
            }
            html.append("</tr>\n");
        }
        html.append("</table>\n");
        return this;
    }

    private static String png(BufferedImage picture) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        if (!ImageIO.write(picture, "png", bytes)) {
            throw new IOException("this Java installation cannot write PNG files");
        }
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    /** Names and values behind a line that opens them. */
    HtmlReport details(String summary, Map<String, String> values) {
        html.append("<details><summary>").append(escape(summary)).append("</summary>\n<table>\n");
        values.forEach((name, value) -> html.append(row("", "td", List.of(name, value))));
        html.append("</table>\n</details>\n");
        return this;
    }

    String finish() {
        return html + "</body>\n</html>\n";
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
