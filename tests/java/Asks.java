import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Asks a query as a Java program does without a library: `java Asks.java URL FILE form|direct`. */
public class Asks {
    public static void main(String[] arguments) throws Exception {
        String query = Files.readString(Path.of(arguments[1]));
        boolean isForm = arguments[2].equals("form");
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(arguments[0]))
                        .header("Accept", "text/tab-separated-values")
                        .header(
                                "Content-Type",
                                isForm
                                        ? "application/x-www-form-urlencoded"
                                        : "application/sparql-query")
                        .POST(
                                BodyPublishers.ofString(
                                        isForm
                                                ? "query=" + URLEncoder.encode(query, StandardCharsets.UTF_8)
                                                : query))
                        .build();
        var response = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
        System.out.print(response.body());
        System.exit(response.statusCode() == 200 ? 0 : 1);
    }
}
