import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.jena.query.QueryExecution;
import org.apache.jena.rdf.model.Model;
import org.apache.jena.riot.RDFDataMgr;
import org.apache.jena.riot.ResultSetMgr;
import org.apache.jena.riot.resultset.ResultSetLang;

/** What Jena finds: `java Rows.java DATA FOLDER` writes FOLDER/NAME.json for each FOLDER/NAME.rq. */
public class Rows {
    public static void main(String[] arguments) throws Exception {
        Model model = RDFDataMgr.loadModel(arguments[0]);
        List<Path> queries;
        try (Stream<Path> files = Files.list(Path.of(arguments[1]))) {
            queries = files.filter(file -> file.toString().endsWith(".rq")).sorted().toList();
        }
        for (Path query : queries) {
            Path answer = Path.of(query.toString().replaceFirst("\\.rq$", ".json"));
            try (QueryExecution run = QueryExecution.create(Files.readString(query), model);
                    OutputStream out = Files.newOutputStream(answer)) {
                ResultSetMgr.write(out, run.execSelect(), ResultSetLang.RS_JSON);
            }
        }
    }
}
